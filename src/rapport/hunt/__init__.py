"""The bug hunt: pieces of texts in three languages, some with a planted defect, and what a learner marked of them.
`model` reads a hunt, `scoring` counts and tells, `page` makes what browser and notebook show, and the facilitator's key."""

from rapport.hunt.model import KINDS, Hunt, Piece, files, load
from rapport.hunt.scoring import d_prime, report, score

__all__ = ["KINDS", "Hunt", "Piece", "d_prime", "files", "load", "report", "score"]
