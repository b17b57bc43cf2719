#!/bin/sh
if [ "$1" = docker-cli-plugin-metadata ]; then
  echo '{"SchemaVersion": "0.1.0", "Vendor": "Me", "ShortDescription": "Say hello"}'
else
  echo "hello from a plugin"
fi
