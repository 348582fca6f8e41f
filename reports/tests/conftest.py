from reports.tests.browser import clock, phone, visit, worker

__all__ = ["clock", "phone", "visit", "worker"]
