# SPDX-License-Identifier: GPL-2.0-or-later
#
# A minimal root of a Debian or Ubuntu suite, for the scripts beside this one, which read it with `.`.

inside() { chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }

# make_root SUITE [MIRROR]: makes $root, which goes when the script ends. Without a mirror, from the one
# that this machine uses itself.
make_root() {
    # shellcheck disable=SC2016  # apt's own words
    mirror=${2:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
        grep -v security | head -n 1)}
    components=main
    script=sid
    case $mirror in
    *ubuntu*)
        components=main,universe
        script=gutsy
        ;;
    esac
    # debootstrap may be older than the suite.
    [ ! -e "/usr/share/debootstrap/scripts/$1" ] || script=$1
    root=$(mktemp -d)
    chmod 755 "$root" # its own users have to get in
    trap remove_root EXIT
    trap 'exit 130' HUP INT TERM
    debootstrap --variant=minbase --components=$components "$1" "$root" "$mirror" "$script" >"$root.log" 2>&1 || {
        tail -n 20 "$root.log" >&2
        rm -f "$root.log"
        exit 1
    }
    rm -f "$root.log"
}

# Makes a machine of $root: a mount of its own, so that the mount table inside has a line for /, and what
# programs expect below /proc, /sys and /dev. Not with the mounts below /dev: what is mounted there just now
# could not be unmounted by its owner any more.
mount_root() {
    mount --bind "$root" "$root"
    mount -t proc proc "$root/proc"
    mount -t sysfs sysfs "$root/sys"
    mount --bind /dev "$root/dev"
    mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts "$root/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
}

remove_root() {
    # A lazy one, as a failed test may have left a process behind; never delete what is still mounted.
    umount -R -l "$root" 2>/dev/null || umount -l "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}
