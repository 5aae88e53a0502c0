"""What the edge refuses, beside what the ground does (`geodata.errors`); `app.problems` has the statuses."""

from __future__ import annotations

from geodata.errors import LandshotError


class InvalidRequestError(LandshotError):
    """A request whose parts are missing, unknown or of the wrong kind."""

    code = "invalid-request"
    title = "The request is not valid"


class MalformedJsonError(LandshotError):
    """A body that is not JSON."""

    code = "malformed-json"
    title = "The body is not JSON"


class HeadersError(LandshotError):
    """Headers that contradict each other or cannot be read."""

    code = "bad-request"
    title = "The headers cannot be used"


class RegionTooLargeError(LandshotError):
    """A region beyond what one request may map."""

    code = "region-too-large"
    title = "The region is too large for one request"


class MethodNotAllowedError(LandshotError):
    """A method that an address does not have."""

    code = "method-not-allowed"
    title = "The method is not possible there"


class NotAcceptableError(LandshotError):
    """An Accept header that no representation of the map satisfies."""

    code = "not-acceptable"
    title = "No such representation"


class BodyTooLargeError(LandshotError):
    """A body beyond the server's limit."""

    code = "body-too-large"
    title = "The body is too large"


class UnsupportedMediaTypeError(LandshotError):
    """A body that does not say that it is JSON."""

    code = "unsupported-media-type"
    title = "The body must be application/json"


class RangeNotSatisfiableError(LandshotError):
    """A range of bytes that the file does not have."""

    code = "range-not-satisfiable"
    title = "The file has no such range"


class BusyError(LandshotError):
    """More requests at once than the server wants to queue."""

    code = "busy"
    title = "The server is busy"


class NotReadyError(LandshotError):
    """A server that has not loaded its model yet, or could not."""

    code = "not-ready"
    title = "The server is not ready"


class InternalError(LandshotError):
    """A fault of the server, not of the request; its log has more under the request's id."""

    code = "internal-error"
    title = "Landshot failed"
