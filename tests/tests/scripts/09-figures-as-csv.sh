gatewayctl backend list -w --every 1s --timeout 10m -o csv --columns time,name,rps,in_flight,p99_ms,error_ratio > run.csv; [ $? -eq 8 ]
