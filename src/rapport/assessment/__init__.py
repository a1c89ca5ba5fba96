"""The situational-judgement test: its bank, how a sitting is drawn and scored, what one learner and a group may be told.
`model` reads the bank, `scoring` scores, `sitting` draws, `report` and `cohort` tell, `parallel` compares the two forms."""

from rapport.assessment.model import Bank, Incident, balance, bank_path, faults, load
from rapport.assessment.scoring import SCALES, Answer, score_answer, score_sitting
from rapport.assessment.sitting import OCCASIONS, draw

__all__ = ["OCCASIONS", "SCALES", "Answer", "Bank", "Incident", "balance", "bank_path", "draw", "faults", "load", "score_answer", "score_sitting"]
