// Hides the clauses of a page that do not hold what is typed: every word of it, in any order.
for (const box of document.querySelectorAll(".clause-filter")) {
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/);
    for (const row of document.querySelectorAll("table.clauses tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}
