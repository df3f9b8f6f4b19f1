# One Nomad agent that is server and client, for the development stack.
# Names between @ signs are filled in by tools/stack; the result is a file of mode 600.

name       = "clawdeploy"
datacenter = "dc1"
data_dir   = "@nomad_data_dir@"
bind_addr  = "127.0.0.1"

# Tasks outlive the agent: a restart of Nomad finds them again by their executors.
leave_on_interrupt = false
leave_on_terminate = false

disable_update_check = true

ports {
  http = @nomad_http_port@
  rpc  = @nomad_rpc_port@
  serf = @nomad_serf_port@
}

# Nomad takes a loopback address for a mistake unless it is told so.
advertise {
  http = "127.0.0.1:@nomad_http_port@"
  rpc  = "127.0.0.1:@nomad_rpc_port@"
  serf = "127.0.0.1:@nomad_serf_port@"
}

server {
  enabled          = true
  bootstrap_expect = 1

  # One server elects itself: nothing is gained by the patience a network needs.
  raft_multiplier = 1

  # The controller watches this stream; after a pause it must find the events it missed.
  event_buffer_size = 4096

  # Both cores may be busy booting gateways: a late heartbeat is no reason to replace them.
  heartbeat_grace        = "60s"
  failover_heartbeat_ttl = "10m"

  # Each instance is a job of its own, and a job's spread block looks at that job alone: packed, all
  # that start at once would boot on one node. nomad/scheduler says the same to a server that runs.
  default_scheduler_config {
    scheduler_algorithm             = "spread"
    memory_oversubscription_enabled = true
  }
}

client {
  # Off at the very first start alone, see tools/stack/bootstrap/snapshot-nomad.ts.
  enabled = @nomad_client_enabled@

  # Dynamic ports of instances are opened on the loopback interface only.
  network_interface = "lo"
  min_dynamic_port  = @nomad_dynamic_port_min@
  max_dynamic_port  = @nomad_dynamic_port_max@

  # OpenClaw drains running turns for up to 325 s when it is asked to stop.
  max_kill_timeout = "340s"

  # Finished allocations go soon; the folders of live ones are never collected.
  gc_interval   = "1m"
  gc_max_allocs = 200

  options {
    # The cloud fingerprints call out to the network and fail on machines with odd AWS settings.
    "fingerprint.denylist" = "env_aws,env_gce,env_azure,env_digitalocean,cni"
    "driver.allowlist"     = "exec,raw_exec"

    # Tells our own processes apart from the tasks they start (tools/stack/processes.ts).
    "env.denylist" = "CLAWDEPLOY_STACK_CHILD,HOME,LD_LIBRARY_PATH"
  }

  # What a task under the exec driver sees of this machine; built by tools/stack/chroot.ts.
  chroot_env {
    "@chroot_dir@/bin"   = "/bin"
    "@chroot_dir@/etc"   = "/etc"
    "@chroot_dir@/lib"   = "/lib"
    "@chroot_dir@/lib64" = "/lib64"
    "@chroot_dir@/usr"   = "/usr"
  }

  host_volume "openclaw" {
    path      = "@openclaw_dir@"
    read_only = true
  }

  template {
    # Without wait_bounds a job may ask for a wait of 0 s, which a claim needs.
    # Attempts without end: a long outage of Vault must not kill a running gateway.
    vault_retry {
      attempts    = 0
      backoff     = "250ms"
      max_backoff = "5s"
    }

    nomad_retry {
      attempts    = 0
      backoff     = "250ms"
      max_backoff = "5s"
    }
  }
}

plugin "raw_exec" {
  config {
    enabled = @raw_exec_enabled@
  }
}

acl {
  enabled = true
}

consul {
  address = "127.0.0.1:@consul_http_port@"
  token   = "@consul_nomad_token@"

  server_service_name = "nomad"
  client_service_name = "nomad-client"

  # Each service is registered with a token of its own, got with the service's identity.
  service_auth_method = "nomad-services"

  service_identity {
    aud = ["consul.io"]
    ttl = "1h"
  }
}

vault {
  enabled               = true
  address               = "http://127.0.0.1:@vault_port@"
  jwt_auth_backend_path = "jwt-nomad"
  create_from_role      = "openclaw-instance"

  default_identity {
    aud = ["vault.io"]
    ttl = "1h"
  }
}

limits {
  # The control plane holds many long polls from one address; the default is 100.
  http_max_conns_per_client = 1000
  rpc_max_conns_per_client  = 1000
}

telemetry {
  prometheus_metrics         = true
  publish_allocation_metrics = true
  publish_node_metrics       = true
}

ui {
  enabled = true

  label {
    text             = "ClawDeploy development"
    background_color = "#1f6feb"
    text_color       = "#ffffff"
  }

  consul {
    ui_url = "http://127.0.0.1:@consul_http_port@/ui"
  }

  vault {
    ui_url = "http://127.0.0.1:@vault_port@/ui"
  }
}
