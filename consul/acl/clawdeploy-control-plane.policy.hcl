# The control plane: sees where instances listen and whether they are healthy. It writes nothing.

service "openclaw" {
  policy = "read"
}

node_prefix "" {
  policy = "read"
}
