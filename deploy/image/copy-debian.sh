#!/bin/sh
# Copies the Debian packages that are named to another root, with their entries in dpkg's list, and no others: no package manager, no
# set-uid programs, no Perl. Their versions are those of the base image. Run in the Dockerfile.
#   copy-debian.sh ROOT PACKAGE…
# A package that the base does not have is an error, unless its name ends with "?". Fails if a library is missing afterwards.
set -eu
root=$1
shift

# /bin and the like are links to /usr/bin, as in the base; dpkg lists the files by either name.
mkdir -p "$root/usr/bin" "$root/usr/sbin" "$root/usr/lib" "$root/usr/lib64" "$root/usr/local/bin" "$root/etc" "$root/proc" "$root/sys" \
  "$root/dev" "$root/run" "$root/var/lib/dpkg"
for link in bin sbin lib lib64; do ln -s "usr/$link" "$root/$link"; done
install -d -m 1777 "$root/tmp" "$root/var/tmp"
install -d -m 700 "$root/root"

for name in "$@"; do
  package=${name%\?}
  if ! dpkg-query -W "$package" >/dev/null 2>&1; then
    [ "$package" != "$name" ] && continue
    echo "the base image has no package $package" >&2
    exit 1
  fi
  # Without what the base itself leaves out (manuals), and without tables of character sets that no program here uses. Folders come with
  # their files.
  dpkg-query -L "$package" | grep -v '/gconv/' | while read -r path; do
    if [ -L "$path" ] || [ -f "$path" ]; then echo "$path"; fi
  done | tar -c --no-recursion -f - -T - 2>/dev/null | tar -x --keep-directory-symlink -f - -C "$root"
  # What scanners of vulnerabilities read.
  { dpkg-query -s "$package"; echo; } >>"$root/var/lib/dpkg/status"
done

cp -a /etc/passwd /etc/group /etc/nsswitch.conf "$root/etc/"
[ ! -L /etc/localtime ] || cp -a /etc/localtime "$root/etc/"
ldconfig -r "$root"

# Every program and library must find its libraries in the new root.
loader=$(find "$root/usr/lib" "$root/usr/lib64" -maxdepth 1 -name 'ld-linux*' | sed "s,^$root,,;q")
[ -n "$loader" ] || { echo 'there is no loader of programs' >&2; exit 1; }
missing=$(find "$root" -xdev -type f \( -perm /111 -o -name '*.so*' \) | sed "s,^$root,," | while read -r file; do
  chroot "$root" "$loader" --list "$file" 2>/dev/null | grep 'not found' | sed "s,^,$file:,"
done)
[ -z "$missing" ] || { echo "libraries are missing: $missing" >&2; exit 1; }
