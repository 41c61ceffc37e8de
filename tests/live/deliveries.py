# SPDX-License-Identifier: GPL-2.0-or-later
"""What packaging/build makes for live systems, used as they use it: nlafix.cpio behind an initrd, and nlafix.srm laid
over the root. tests/packaging/packages.py installs the .deb."""

import shutil
import subprocess

import _guest
import _image
from _guest import program


def main():
    nlafix, source_dir = program.arguments()
    if nlafix != source_dir / 'build' / 'release' / 'src' / 'nlafix':
        program.skip_unless_ci('packages are made of the presets release and static, both built')
    for tool in ('dpkg-deb', 'dpkg-shlibdeps', 'cpack', 'mksquashfs', 'cpio'):
        if not shutil.which(tool):
            program.skip_unless_ci(tool + ' is not here')
    with program.Folder() as folder:
        packages = folder / 'packages'
        subprocess.run([source_dir / 'packaging' / 'build', packages], check=True, stdout=subprocess.DEVNULL)
        guest = _guest.Guest(source_dir, folder, delivered=packages / 'nlafix.cpio')
        disk = folder / 'disk.img'
        maker = _image.Maker(nlafix, source_dir)
        maker.volume(disk, hive=maker.hive('win10-missing-both'))
        guest.run('deliveries', _guest.drives(('virtio', disk)), ['/dev/vda'], [packages / 'nlafix.srm'])


main()
