"""Every test run draws the same examples, and hears Ctrl-C, however it is started."""

import signal

from hypothesis import settings

settings.register_profile("qisim", derandomize=True, deadline=None)
settings.load_profile("qisim")

# In the background of a script, and under nohup, it is ignored; what tests start would take that over.
signal.signal(signal.SIGINT, signal.default_int_handler)
