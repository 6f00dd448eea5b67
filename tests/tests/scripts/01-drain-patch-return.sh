gatewayctl backend drain api-3 --timeout 5m -m "kernel patch" -y || { rc=$?; gatewayctl backend undrain api-3 -y; exit $rc; }
ssh api-3 'sudo apt-get -y upgrade && sudo reboot' || true
gatewayctl backend undrain api-3 --wait --timeout 10m -y          # waits for healthy, then slow-start
