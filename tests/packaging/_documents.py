# SPDX-License-Identifier: GPL-2.0-or-later
"""The documents that a package holds."""

import re


def require_links(folder):
    """What a document links to is there as well."""
    documents = list(folder.rglob('*.md'))
    assert len(documents) >= 10, documents
    for document in documents:
        for link in re.findall(r'\]\(([^)#]+)', document.read_text(encoding='utf-8')):
            if '://' not in link:
                assert (document.parent / link).exists(), '%s links to %s' % (document.name, link)
    assert list(folder.glob('examples/*.sh')), 'no examples'
