#!/bin/sh
# A Job of Kubernetes with an image of Berth's catalog: the digest, and a Secret that pulls it.
#
#   ./kubernetes-job.sh train-42 liuyizhou harbor.example.com/user-liuyizhou/nvidia-pytorch:24.12-v1.2.2 | kubectl apply -f -
#
# Needs curl and jq. BERTH_TOKEN is a scheduler's service token. When the Job is over:
#   curl -X DELETE -H "authorization: Bearer $BERTH_TOKEN" "$BERTH/api/v1/jobs/train-42"
set -eu
BERTH=${BERTH:-https://berth.example.com}
job=$1 for=$2 link=$3

ask() {
  if answer=$(curl --silent --show-error --fail-with-body --retry 3 --max-time 30 \
    --header "authorization: Bearer $BERTH_TOKEN" --header 'content-type: application/json' "$@"); then
    printf %s "$answer"
  else
    printf %s "$answer" | jq --raw-output '.detail // .' >&2
    return 1
  fi
}

question=$(jq --null-input --arg for "$for" --arg link "$link" '{for: $for, links: [$link]}')
leased=$(printf %s "$question" | jq '. + {ttlSeconds: 86400}' |
  ask --request PUT "$BERTH/api/v1/jobs/$job/images" --data @-)
secret=$(printf %s "$question" | jq --arg job "$job" '. + {jobId: $job, ttlSeconds: 900}' |
  ask --request POST "$BERTH/api/v1/pull-secrets" --data @-)

printf %s "$secret" | jq .secret
echo ---
printf %s "$leased" | jq --arg job "$job" --arg secret "$(printf %s "$secret" | jq --raw-output .secret.metadata.name)" '{
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: {name: $job},
  spec: {template: {spec: {
    restartPolicy: "Never",
    imagePullSecrets: [{name: $secret}],
    containers: [{name: "main", image: .images[0].pinned}]
  }}}
}'
