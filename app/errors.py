"""What the edge refuses, beside what the ground does (`geodata.errors`); `app.problems` has the statuses."""

from __future__ import annotations

from geodata.errors import LandshotError, NotFoundError


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


class QueueFullError(LandshotError):
    """As many jobs under way as one client may have."""

    code = "too-many-jobs"
    title = "Too many jobs are under way"


class JobCancelledError(LandshotError):
    """A job that its owner has cancelled, or that another worker has."""

    code = "job-cancelled"
    title = "The job was cancelled"


class JobCrashedError(LandshotError):
    """A job over which worker after worker ended."""

    code = "job-crashed"
    title = "The job ended its workers again and again; a smaller region may do"


class HandBackError(LandshotError):
    """A worker that has to end; another one goes on with its job."""

    code = "worker-ends"
    title = "The worker ends"


class KeyNeededError(LandshotError):
    """A request without an API key, or with one that was never given out or has been revoked."""

    code = "key-needed"
    title = "A valid API key is needed"


class SignatureError(LandshotError):
    """A signed address that has expired, was altered, or belongs to another map."""

    code = "invalid-signature"
    title = "The signature of the address is not valid"


class TooManyRequestsError(LandshotError):
    """More requests in a minute than the API key may send."""

    code = "too-many-requests"
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class RequestTimeoutError(LandshotError):
    """A request whose headers or body did not arrive in time."""

    code = "request-timeout"
    title = "The request did not arrive in time"


class HeadersTooLargeError(LandshotError):
    """An address and headers beyond the server's limit."""

    code = "headers-too-large"
    title = "The headers are too large"


class TooManyClassesError(LandshotError):
    """More classes than one request may have."""

    code = "too-many-classes"
    title = "Too many classes"


class NoSuchJobError(NotFoundError):
    """A job that does not exist, or is another client's."""

    code = "no-such-job"
    title = "There is no such job"
    uri = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-job"


class NoSuchProcessError(NotFoundError):
    """A process that this server does not have."""

    code = "no-such-process"
    title = "There is no such process"
    uri = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/no-such-process"


class ResultNotReadyError(LandshotError):
    """A job that has not ended; its results come later."""

    code = "result-not-ready"
    title = "The job has not ended"
    uri = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0/result-not-ready"


class IdempotencyKeyError(LandshotError):
    """An `Idempotency-Key` that is none."""

    code = "invalid-idempotency-key"
    title = "The Idempotency-Key cannot be used"


class IdempotencyKeyReusedError(LandshotError):
    """An `Idempotency-Key` that came with another request before."""

    code = "idempotency-key-reused"
    title = "The Idempotency-Key belongs to another request"


class RequestUnderWayError(LandshotError):
    """A request that came before under the same `Idempotency-Key`, and is not answered yet."""

    code = "request-under-way"
    title = "The same request is under way"


class VersionConflictError(LandshotError):
    """A change to a version of an adaptation that is not its newest any more."""

    code = "version-conflict"
    title = "The adaptation has been changed in the meantime"


class PreconditionError(LandshotError):
    """An If-Match header that names another version than the current one."""

    code = "precondition-failed"
    title = "The adaptation is not at the version that If-Match names"


class OutdatedAdaptationError(LandshotError):
    """An adaptation whose imagery is not what it was when the model was adapted to it."""

    code = "outdated-adaptation"
    title = "The imagery has changed since the adaptation was made"


class TileTimeoutError(LandshotError):
    """A live tile that is not there in time; it is made nevertheless, for whoever asks next."""

    code = "tile-not-ready"
    title = "The tile is not ready yet"
