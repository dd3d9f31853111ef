"""Attendance: absences, how their days and occasions count, and who has reached a trigger."""
