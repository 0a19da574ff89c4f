#!/usr/bin/env bash
# A hundred tasks, each a hundredth of the witnesses: sbatch slurm.sh SRC DST. To submit it again goes on.
#SBATCH --array=0-99
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=08:00:00
#SBATCH --requeue
set -euo pipefail
exec iso-cluster run "$1" "$2" --shard "$SLURM_ARRAY_TASK_ID/100" --jobs 5 --engine native
