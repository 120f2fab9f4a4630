#!/usr/bin/env bash
# The pictures of the study: pictures.sh FOLDER, with `logitdist` on the path.
set -euo pipefail
[ $# = 1 ] || { echo "usage: pictures.sh FOLDER" >&2; exit 2; }
picture() { logitdist report "$folder" --plot "$1" > /dev/null; }
folder=$1
logitdist report "$folder" > /dev/null
picture "bound=m_cca_linear,m_cca_sharp,m_cca_two_spectra,m_cca_contrasts y=certified x=bits colour=bound \
  panels=group where='source==int,part==all' name=certified"
picture "y=m_cca x=bits colour=group panels=none where='source==int,part==all' name=rounding"
picture "y=m_cca x=step colour=learning_rate panels=method where='source==finetune' name=fine-tuning"
picture "y=loss_old x=step colour=learning_rate panels=method where='source==finetune' name=forgetting"
if grep -q '^lens,' "$folder/rows.csv"; then
  picture "y=m_cca x=layer colour=copy panels=none where='source==lens' name=layers"
fi
