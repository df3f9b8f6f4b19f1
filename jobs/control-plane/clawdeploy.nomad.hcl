# The control plane itself: the same program in three roles, each a group that scales on its own.
#
#   nomad job run -var program_dir=/opt/clawdeploy -var … jobs/control-plane/clawdeploy.nomad.hcl
#
# Before it: the built product and its node_modules in program_dir on the nodes (host volume
# `clawdeploy`), and per role at kv/control-plane/<role> the secrets named under locals, readable
# by the workload-identity role `clawdeploy-<role>`. No secret is in this file or in the environment.

variable "datacenter" {
  type    = string
  default = "dc1"
}

variable "node_pool" {
  type        = string
  default     = "default"
  description = "Keep it apart from the instances' pool where there is more than one machine."
}

variable "program_dir" {
  type        = string
  default     = "/opt/clawdeploy"
  description = "Where the host volume is mounted: package.json, build/, jobs/, node_modules/."
}

variable "node" {
  type        = string
  default     = "/opt/clawdeploy/bin/node"
  description = "Node 20 or newer, seen from inside the task."
}

variable "count" {
  type        = map(number)
  default     = { api = 2, controller = 2, worker = 1 }
  description = "Replicas per role. Any number is safe: leases and fences keep them apart."
}

variable "api_port" {
  type    = number
  default = 8080
}

variable "internal_port" {
  type        = number
  default     = 8081
  description = "The edge's look-up; let nothing but the edge reach it."
}

variable "nomad_addr" {
  type = string
}

variable "consul_addr" {
  type = string
}

variable "vault_addr" {
  type = string
}

variable "settings" {
  type        = map(string)
  default     = {}
  description = "Further settings by name (docs/settings.md), e.g. CLAWDEPLOY_BASE_DOMAIN. Never secrets."
}

locals {
  # Ports per role. The API answers probes and metrics on its own port.
  ports = {
    api        = { api = var.api_port, internal = var.internal_port }
    controller = { health = 0 }
    worker     = { health = 0 }
  }

  probe_port = { api = "api", controller = "health", worker = "health" }

  # Setting that names the file = field of kv/control-plane/<role> that fills it.
  secrets = {
    api = {
      CLAWDEPLOY_DATABASE_URL_FILE    = "database_url"
      CLAWDEPLOY_VAULT_ROLE_ID_FILE   = "vault_role_id"
      CLAWDEPLOY_VAULT_SECRET_ID_FILE = "vault_secret_id"
      CLAWDEPLOY_JWKS_FILE            = "jwks"
    }
    controller = {
      CLAWDEPLOY_DATABASE_URL_FILE    = "database_url"
      CLAWDEPLOY_NOMAD_TOKEN_FILE     = "nomad_token"
      CLAWDEPLOY_CONSUL_TOKEN_FILE    = "consul_token"
      CLAWDEPLOY_VAULT_ROLE_ID_FILE   = "vault_role_id"
      CLAWDEPLOY_VAULT_SECRET_ID_FILE = "vault_secret_id"
    }
    worker = {
      CLAWDEPLOY_DATABASE_URL_FILE    = "database_url"
      CLAWDEPLOY_REDIS_URL_FILE       = "redis_url"
      CLAWDEPLOY_VAULT_ROLE_ID_FILE   = "vault_role_id"
      CLAWDEPLOY_VAULT_SECRET_ID_FILE = "vault_secret_id"
    }
  }

  host_settings = {
    api        = { CLAWDEPLOY_API_HOST = "$${NOMAD_IP_api}", CLAWDEPLOY_INTERNAL_HOST = "$${NOMAD_IP_internal}" }
    controller = { CLAWDEPLOY_HEALTH_HOST = "$${NOMAD_IP_health}", CLAWDEPLOY_HEALTH_PORT = "$${NOMAD_PORT_health}" }
    worker     = { CLAWDEPLOY_HEALTH_HOST = "$${NOMAD_IP_health}", CLAWDEPLOY_HEALTH_PORT = "$${NOMAD_PORT_health}" }
  }

  common_settings = {
    NODE_ENV                 = "production"
    CLAWDEPLOY_NOMAD_ADDR    = var.nomad_addr
    CLAWDEPLOY_CONSUL_ADDR   = var.consul_addr
    CLAWDEPLOY_VAULT_ADDR    = var.vault_addr
    CLAWDEPLOY_API_PORT      = "${var.api_port}"
    CLAWDEPLOY_INTERNAL_PORT = "${var.internal_port}"
  }
}

job "clawdeploy" {
  type        = "service"
  datacenters = [var.datacenter]
  node_pool   = var.node_pool

  update {
    max_parallel      = 1
    health_check      = "checks"
    min_healthy_time  = "5s"
    healthy_deadline  = "2m"
    progress_deadline = "5m"
    auto_revert       = true
  }

  dynamic "group" {
    for_each = local.secrets
    iterator = role
    labels   = [role.key]

    content {
      count = var.count[role.key]

      # Replicas are for the day a machine is lost.
      spread {
        attribute = "${node.unique.id}"
      }

      network {
        dynamic "port" {
          for_each = local.ports[role.key]
          labels   = [port.key]

          content {
            static = port.value
          }
        }
      }

      restart {
        attempts = 5
        interval = "5m"
        delay    = "5s"
        mode     = "delay"
      }

      volume "clawdeploy" {
        type      = "host"
        source    = "clawdeploy"
        read_only = true
      }

      service {
        name     = "clawdeploy-${role.key}"
        port     = local.probe_port[role.key]
        provider = "consul"
        tags     = ["metrics"]

        check {
          name     = "ready"
          type     = "http"
          path     = "/readyz"
          interval = "5s"
          timeout  = "2s"
        }

        check {
          name     = "alive"
          type     = "http"
          path     = "/healthz"
          interval = "5s"
          timeout  = "2s"

          check_restart {
            limit = 6
            grace = "60s"
          }
        }
      }

      task "clawdeploy" {
        driver       = "exec"
        user         = "nobody"
        kill_signal  = "SIGTERM"
        kill_timeout = "35s"

        config {
          command = var.node
          args    = ["${var.program_dir}/build/dist/src/main.js", role.key]
        }

        vault {
          role         = "clawdeploy-${role.key}"
          env          = false
          disable_file = true
        }

        volume_mount {
          volume      = "clawdeploy"
          destination = var.program_dir
          read_only   = true
        }

        env = merge(
          local.common_settings,
          local.host_settings[role.key],
          { for setting, field in role.value : setting => "$${NOMAD_SECRETS_DIR}/${field}" },
          var.settings,
        )

        dynamic "template" {
          for_each = role.value

          content {
            data        = "{{ with secret \"kv/data/control-plane/${role.key}\" }}{{ .Data.data.${template.value} }}{{ end }}"
            destination = "secrets/${template.value}"
            perms       = "0600"
            uid         = 65534
            gid         = 65534
          }
        }

        resources {
          cpu        = 300
          memory     = 256
          memory_max = 512
        }
      }
    }
  }
}
