"""Due Process: the workers that serve the procedures drawn in ``bpmn/``."""
