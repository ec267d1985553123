"""One message a night to those who must do something about it, or want to know: composed once, delivered once.

What is said is the verdict (`night.verdict`); to whom stands in `dags/messages.yml`; what was sent is kept in the lake.
"""

from ward_warehouse.reports.messages.tell import Told, tell

__all__ = ["Told", "tell"]
