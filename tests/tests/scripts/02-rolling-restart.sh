set -euo pipefail; cur=""; trap '[ -n "$cur" ] && gatewayctl backend undrain "$cur" -y' EXIT
for be in $(gatewayctl backend list --pool api --filter 'state=up' -o name); do
  cur=$be; gatewayctl backend drain "$be" --timeout 3m -m "restart $(date +%F)" -y
  ssh "$be" sudo systemctl restart app
  gatewayctl backend undrain "$be" --wait --timeout 2m -y; cur=""
  gatewayctl health --pool api --min-healthy 80% --max-error 1% --for 30s
done
