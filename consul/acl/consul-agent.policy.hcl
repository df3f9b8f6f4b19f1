# The Consul agent itself: keeps the entry of its own node, sees services to reconcile them.

node "clawdeploy" {
  policy = "write"
}

service_prefix "" {
  policy = "read"
}
