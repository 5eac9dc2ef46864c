"""The local page and its API: a factory over finished parts, and a fallback page where the parts did not come up."""

from edge.web.app import create_app
from edge.web.fallback import create_fallback
from edge.web.parts import Examiner, LiveSource, WebParts

__all__ = ["Examiner", "LiveSource", "WebParts", "create_app", "create_fallback"]
