# Traefik: reads the tags and the health of instances, and of nothing else.

service "openclaw" {
  policy = "read"
}

node_prefix "" {
  policy = "read"
}
