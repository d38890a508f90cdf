"""The file itself: where it is, copies, damage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from salesflow.cli.session import session
from salesflow.errors import Exists, Refused
from salesflow.store import copies, file


def path(ctx: typer.Context) -> None:
    """Where the file is.

    Example: salesflow db path
    """
    run = session(ctx)
    run.tell(str(run.path), path=str(run.path), exists=run.path.exists())


def backup(
    ctx: typer.Context,
    target: Annotated[Path | None, typer.Argument(metavar="[FILE]", show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Copy the file, verified, with its checksum beside it; without FILE among the daily copies.

    Example: salesflow db backup kept.db
    """
    run = session(ctx)
    file.check_header(run.path)
    if target is None:
        target = copies.free_name(copies.folder(run.path) / f"{run.moment.on}-{run.moment.time.replace(':', '')}.db")
    elif target.is_dir():
        target = target / run.path.name
    if target.absolute() == run.path:
        raise Refused("that is the file itself; name another place")
    if target.exists() and not force:
        raise Exists(f"{target} is there already; --force writes over it")
    digest = copies.copy(run.path, target.absolute())
    run.tell(f"Copied to {target}", path=str(target), sha256=digest)


def restore(
    ctx: typer.Context,
    source: Annotated[Path | None, typer.Argument(metavar="[FILE]", show_default=False)] = None,
) -> None:
    """Bring a copy back: the newest daily one, or FILE. The present file is kept; `undo` cannot take this back.

    Example: salesflow db restore
    """
    from salesflow.records import erasing

    run = session(ctx)
    source = copies.newest(run.path) if source is None else source.absolute()
    copies.verify(source)
    if run.path.exists() and not run.confirmed(f"Put {source} in the place of {run.path}? The present file is kept."):
        raise Refused("nothing was changed; a restore needs a yes: --yes")
    before = erasing.memory(run.path)
    kept = copies.restore(run.path, source, run.moment.on)
    lines = [f"{run.path} is now as in {source}"]
    if kept:
        lines.append(f"The file before: {kept}")
    back = []
    if before is not None and before.erased:
        run.bring_up_to_date(run.path)
        back = erasing.recall(run.path, before)
    if back:
        lines.append("Erased since that copy was made, and back with it; to erase them again:")
        lines += [f"  salesflow erase {number}   {name}" for number, name in back]
    run.tell(
        *lines, path=str(run.path), source=str(source), kept=str(kept) if kept else None,
        erased=[f"{number} {name}" for number, name in back],
    )  # fmt: skip
    if before is None:
        run.warn("the file before could not be read: whom you erased since that copy may be back")


def check(
    ctx: typer.Context,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be: permissions, leftovers, what is kept.")] = False,
) -> None:
    """Look for damage: header, permissions, integrity, every text, what is kept, copies, room on the disk.

    Example: salesflow db check
    """
    from salesflow.records import checking

    run = session(ctx)
    answer, good = checking.check(run.path, run.moment, fix=fix)
    run.show(answer)
    if not good:
        raise typer.Exit(1)
