gatewayctl --context staging health --min-healthy 100% --max-p99 100ms --max-error 0.1% --for 60s -o json | tee health.json
