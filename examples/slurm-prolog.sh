#!/bin/sh
# Slurm's prolog and epilog: a job pulls its image with a secret of its own, which ends with the job.
#
#   Prolog=/etc/slurm/berth.sh   Epilog=/etc/slurm/berth.sh
#
# Needs curl and jq. /etc/berth/token holds a scheduler's service token, for root alone to read.
# The job's image is its comment: sbatch --comment=harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2
set -eu
BERTH=${BERTH:-https://berth.example.com}
TOKEN=${BERTH_TOKEN:-$(cat /etc/berth/token)}
CONFIG=${BERTH_CONFIG:-/run/berth/$SLURM_JOB_ID}
LEASE_SECONDS=${LEASE_SECONDS:-86400}
PULL_SECONDS=${PULL_SECONDS:-900}

ask() {
  curl --silent --show-error --fail-with-body --retry 3 --max-time 30 \
    --header "authorization: Bearer $TOKEN" --header 'content-type: application/json' "$@"
}

if [ "${SLURM_SCRIPT_CONTEXT:-prolog_slurmd}" = epilog_slurmd ]; then
  rm -rf "$CONFIG"
  ask --request DELETE "$BERTH/api/v1/jobs/slurm-$SLURM_JOB_ID"
  exit 0
fi

question=$(jq --null-input --arg for "$SLURM_JOB_USER" --arg link "$SLURM_JOB_COMMENT" \
  '{for: $for, links: [$link]}')

# What the job runs, and nobody deletes it meanwhile. To hold it longer, send the same again.
leased=$(printf %s "$question" | jq --argjson seconds "$LEASE_SECONDS" '. + {ttlSeconds: $seconds}' |
  ask --request PUT "$BERTH/api/v1/jobs/slurm-$SLURM_JOB_ID/images" --data @-)

# What it is pulled with.
secret=$(printf %s "$question" |
  jq --arg job "slurm-$SLURM_JOB_ID" --argjson seconds "$PULL_SECONDS" '. + {jobId: $job, ttlSeconds: $seconds}' |
  ask --request POST "$BERTH/api/v1/pull-secrets" --data @-)

umask 077
mkdir -p "$CONFIG"
printf %s "$leased" | jq --raw-output '.images[0].pinned' >"$CONFIG/image"
printf %s "$secret" | jq --raw-output .dockerConfigJson >"$CONFIG/config.json"
# For podman and skopeo: REGISTRY_AUTH_FILE=$CONFIG/config.json; for docker: DOCKER_CONFIG=$CONFIG.
