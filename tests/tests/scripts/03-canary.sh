set -e; gatewayctl pool shift --from stable --to canary --percent 1 -m "v42" -y
for p in 5 25 50 100; do
  if ! gatewayctl health --pool canary --max-error 0.5% --max-p99 80ms --for 2m; then
    gatewayctl pool shift --from canary --to stable --percent 100 -m "abort v42 at <$p%" -y; exit 1; fi
  gatewayctl pool shift --from stable --to canary --percent "$p" --ramp 30s -m "v42" -y
done
