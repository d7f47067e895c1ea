"""One exchange through the checks, weighed by standing and written down; live and offline alike.

`pipeline` has the steps in their order: exchange -> reading -> findings -> standing -> record. A `Judge`
takes the exchanges of one test through them and says what follows for the test.
"""

from clausewise.judge.context import JudgeContext, masker
from clausewise.judge.judge import Judge
from clausewise.judge.judgement import Terms

__all__ = ["Judge", "JudgeContext", "Terms", "masker"]
