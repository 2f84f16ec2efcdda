"""Looking at a scenario without running it: `check`, `new` and `params`, the notes and the timetable."""
