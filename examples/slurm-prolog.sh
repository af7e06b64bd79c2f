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

# A prolog that fails drains its node. Where the person may not have the image, or wrote the link wrongly, the node is
# well: then this ends well, without $CONFIG/image, and $CONFIG/refused says why.
ask() {
  answer=$(curl --silent --show-error --retry 3 --max-time 30 --write-out '\n%{http_code}' \
    --header "authorization: Bearer $TOKEN" --header 'content-type: application/json' "$@") || return 1
  status=$(printf %s "$answer" | tail -n 1)
  answer=$(printf %s "$answer" | sed '$d')
  case $status in
    2*) printf %s "$answer" && return 0 ;;
    404 | 409 | 422) printf %s "$answer" | jq --raw-output .detail >"$CONFIG/refused" ;;
  esac
  printf '%s\n' "$status $answer" >&2
  return 1
}

end() {
  [ -s "$CONFIG/refused" ] && exit 0
  exit 1
}

if [ "${SLURM_SCRIPT_CONTEXT:-prolog_slurmd}" = epilog_slurmd ]; then
  rm -rf "$CONFIG"
  # While Berth is away, lease and secret end by themselves.
  ask --request DELETE "$BERTH/api/v1/jobs/slurm-$SLURM_JOB_ID" || true
  exit 0
fi

umask 077
mkdir -p "$CONFIG"
rm -f "$CONFIG/refused" "$CONFIG/image" "$CONFIG/config.json"

question=$(jq --null-input --arg for "$SLURM_JOB_USER" --arg link "$SLURM_JOB_COMMENT" \
  '{for: $for, links: [$link]}')

# What the job runs, and nobody deletes it meanwhile. To hold it longer, send the same again.
leased=$(printf %s "$question" | jq --argjson seconds "$LEASE_SECONDS" '. + {ttlSeconds: $seconds}' |
  ask --request PUT "$BERTH/api/v1/jobs/slurm-$SLURM_JOB_ID/images" --data @-) || end

# What it is pulled with.
secret=$(printf %s "$question" |
  jq --arg job "slurm-$SLURM_JOB_ID" --argjson seconds "$PULL_SECONDS" '. + {jobId: $job, ttlSeconds: $seconds}' |
  ask --request POST "$BERTH/api/v1/pull-secrets" --data @-) || end

printf %s "$leased" | jq --raw-output '.images[0].pinned' >"$CONFIG/image"
printf %s "$secret" | jq --raw-output .dockerConfigJson >"$CONFIG/config.json"
# For podman and skopeo: REGISTRY_AUTH_FILE=$CONFIG/config.json; for docker: DOCKER_CONFIG=$CONFIG.
