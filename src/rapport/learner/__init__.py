"""What one learner did, as events in one JSON file that stays with the learner; profiles, where several people share a computer.
The document is the same in the browser; nothing here is ever sent anywhere, and nothing here knows who the learner is."""

from rapport.learner.document import FORMAT, ROLES, dump, merge, read
from rapport.learner.profiles import DEFAULT, Profile, become, current, profiles, record_path
from rapport.learner.record import Record, open_record
from rapport.learner.screening import Finding, screen

__all__ = [
    "DEFAULT", "FORMAT", "ROLES", "Finding", "Profile", "Record", "become", "current", "dump", "merge", "open_record", "profiles", "read", "record_path", "screen",
]  # fmt: skip
