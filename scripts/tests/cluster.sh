#!/bin/sh
# A small network of nodes that crash, hang and lose a connection: the others are right soon.

set -eu

cd "$(dirname "$0")/../.."
exec scripts/cluster --quick
