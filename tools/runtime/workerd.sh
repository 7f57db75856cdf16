#!/bin/sh
# What wrangler starts in workerd's place: workerd itself, told where its Python is.
#
# DARKROOM_WORKERD   the program
# DARKROOM_BUNDLE    the folder with pyodide_dev.capnp.bin; without it workerd would download one
# DARKROOM_SNAPSHOT  the folder with started.bin, the memory of a started Python; may be empty
set -eu

if [ "${1:-}" != serve ]; then
    exec "$DARKROOM_WORKERD" "$@"
fi
shift
if [ -n "${DARKROOM_SNAPSHOT:-}" ]; then
    set -- --python-snapshot-dir="$DARKROOM_SNAPSHOT" --python-load-snapshot started.bin "$@"
fi
exec "$DARKROOM_WORKERD" serve --pyodide-bundle-disk-cache-dir="$DARKROOM_BUNDLE" "$@"
