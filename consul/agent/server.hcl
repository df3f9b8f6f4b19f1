# One Consul server for the development stack.
# Names between @ signs are filled in by tools/stack; the result is a file of mode 600.

server           = true
bootstrap_expect = 1
datacenter       = "dc1"
node_name        = "clawdeploy"
data_dir         = "@consul_data_dir@"
bind_addr        = "127.0.0.1"
client_addr      = "127.0.0.1"

leave_on_terminate      = false
skip_leave_on_interrupt = true
disable_update_check    = true
disable_remote_exec     = true

ports {
  http     = @consul_http_port@
  server   = @consul_server_port@
  serf_lan = @consul_serf_port@
  serf_wan = -1
  dns      = -1
  grpc     = -1
  grpc_tls = -1
}

# One server elects itself: nothing is gained by the patience a network needs.
performance {
  raft_multiplier = 1
}

# Discovery and health only: no sidecar mesh, no peering.
connect {
  enabled = false
}

peering {
  enabled = false
}

acl {
  enabled        = true
  default_policy = "deny"
  down_policy    = "extend-cache"

  tokens {
    initial_management = "@consul_management_token@"
    agent              = "@consul_agent_token@"
  }
}

limits {
  # Nomad and the control plane hold many long polls from one address; the default is 200.
  http_max_conns_per_client = 1000
}

ui_config {
  enabled = true
}
