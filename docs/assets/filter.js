// Hides the clauses of a page that do not hold what is typed: every word of it, in any order.
for (const box of document.querySelectorAll(".clause-filter")) {
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/);
    for (const part of document.querySelectorAll(".clauses")) {
      const rows = [...part.querySelectorAll("tbody tr")];
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
      part.hidden = part.previousElementSibling.hidden = rows.every((row) => row.hidden);
    }
  });
}
