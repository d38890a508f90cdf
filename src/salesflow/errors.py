"""What can go wrong, and the exit code each kind ends with."""


class SalesflowError(Exception):
    """A mistake or a refusal, said in one line: what, and the next step."""

    exit_code = 1


class Refused(SalesflowError):
    """Wrong input, or something that may not be done; nothing was written."""

    exit_code = 2


class NotFound(SalesflowError):
    """No such thing, or several of that name; nothing was written."""

    exit_code = 3


class Exists(SalesflowError):
    """There is one of that name already."""

    exit_code = 4


class FileTrouble(SalesflowError):
    """The salesflow file: missing, locked, damaged, foreign, newer, or the disk is full."""

    exit_code = 5
