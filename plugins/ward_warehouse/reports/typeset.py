"""A4 by Typst: a template of ours and data in, a tagged PDF out, with fonts of its own that hold Vietnamese."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

from ward_warehouse.core.errors import WardWarehouseError


def typeset(template: Path, content: Mapping[str, Any], what: str) -> bytes:
    """The PDF. The content goes in as data, `sys.inputs.content`: nothing of it is read as Typst's markup.

    Args:
        template: a file in Typst's language.
        content: texts and pictures by the names that the template uses, as JSON holds them.
        what: what is written, as messages begin.

    Raises:
        WardWarehouseError: Typst refuses the template.
    """
    try:
        # No fonts of the machine: the same document has the same pages everywhere.
        return bytes(
            typst.compile(
                str(template),
                sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
                ignore_system_fonts=True,
            )
        )
    except RuntimeError as error:
        raise WardWarehouseError(f"{what}: {template.name}: {' '.join(str(error).split())[:300]}") from None
