# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the static file is."""

import os
import pathlib

import program


def static_file(source_dir):
    given = os.environ.get('NLAFIX_STATIC_FILE')
    path = pathlib.Path(given) if given else source_dir / 'build' / 'static' / 'src' / 'nlafix'
    how = 'cmake --preset static && cmake --build --preset static'
    if not path.exists():
        program.skip_unless_ci('there is no static file: ' + how)
    newest = max(file.stat().st_mtime for file in (source_dir / 'src').rglob('*.*'))
    if path.stat().st_mtime < newest:
        program.skip_unless_ci('the static file is older than the sources: ' + how)
    return path.resolve()
