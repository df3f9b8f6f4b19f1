# The Nomad agent: registers itself, and takes away registrations of instances that are gone
# (Consul's agent API wants the agent's token for that). Instances are registered with the token of
# their own workload identity, see openclaw-service.policy.hcl.

agent_prefix "" {
  policy = "read"
}

node_prefix "" {
  policy = "read"
}

service "nomad" {
  policy = "write"
}

service "nomad-client" {
  policy = "write"
}

service "openclaw" {
  policy = "write"
}
