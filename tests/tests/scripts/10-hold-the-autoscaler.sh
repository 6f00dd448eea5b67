gatewayctl scaler pause api --ttl 2h -m "db failover" -y; trap 'gatewayctl scaler resume api -y' EXIT; ./failover.sh
