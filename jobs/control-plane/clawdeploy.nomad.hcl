# ClawDeploy's own roles: API, controller and worker, each a group of this one job.
#
# For a cluster; `make up` starts the same processes by itself. Any number of each may run: claims
# need no leader, and what must be done once is held by a lease in PostgreSQL.
#
# Before it, on each node: the release folder, a user for it, and the driver raw_exec. In Nomad: the
# namespace, in which nobody else may register jobs, for whoever can is given these secrets. In
# Vault: vault/roles/clawdeploy.jwt.json with vault/policies/clawdeploy-job.hcl, and the files of
# each task (local.roles) as fields of kv/clawdeploy/<task>. In the cluster: the job
# jobs/system/stub-model.nomad.hcl.

variable "release_dir" {
  type        = string
  default     = "/opt/clawdeploy"
  description = "Folder on the node with a built ClawDeploy: build, jobs and node_modules."
}

variable "node" {
  type        = string
  default     = "/usr/bin/node"
  description = "Node 20.19 or newer."
}

variable "user" {
  type        = string
  default     = "clawdeploy"
  description = "Runs the processes; must differ from the user of gateways. Empty for Nomad's own."
}

variable "uid" {
  type        = number
  default     = 990
  description = "Numeric id of that user, who alone can read the secret files; -1 for Nomad's own."
}

variable "namespace" {
  type        = string
  default     = "clawdeploy"
  description = "Nomad namespace of the control plane, as Vault's role names it."
}

variable "datacenter" {
  type    = string
  default = "dc1"
}

variable "node_pool" {
  type        = string
  default     = "default"
  description = "Nodes of the control plane; give it some that run no gateways."
}

variable "instance_node_pool" {
  type        = string
  default     = "default"
  description = "Nodes of the gateways."
}

variable "replicas" {
  type        = map(number)
  default     = { api = 2, controller = 2, worker = 1 }
  description = "Processes per role."
}

variable "nomad_addr" {
  type    = string
  default = "http://127.0.0.1:4646"
}

variable "consul_addr" {
  type    = string
  default = "http://127.0.0.1:8500"
}

variable "vault_addr" {
  type    = string
  default = "http://127.0.0.1:8200"
}

variable "vault_role" {
  type    = string
  default = "clawdeploy"
}

variable "base_domain" {
  type        = string
  description = "Gateways answer at <instance id>.<base domain>."
}

variable "edge_address" {
  type        = string
  default     = "127.0.0.1:8088"
  description = "host:port of an edge; the proof of each instance goes through it."
}

variable "public_scheme" {
  type        = string
  default     = "https"
  description = "Scheme in the URLs that tenants see."
}

variable "public_edge_port" {
  type        = number
  default     = 443
  description = "Port in the URLs that tenants see."
}

variable "public_api_url" {
  type        = string
  default     = ""
  description = "Base URL of the API as people reach it, for links in Nomad's pages; empty for none."
}

variable "gateway_bind" {
  type        = string
  default     = "lan"
  description = "lan, behind a firewall, lets an edge on other nodes reach gateways; else loopback."
}

variable "trusted_proxies" {
  type        = string
  default     = "127.0.0.1"
  description = "Addresses of the edges, e.g. 10.0.0.5,10.0.0.6: whose word on clients is taken."
}

variable "pools" {
  type        = string
  default     = "s=2"
  description = "Idle members per size class, e.g. s=5,m=1."
}

variable "delete_grace_s" {
  type        = number
  default     = 3600
  description = "How long a deleted instance can be restored; it holds its memory meanwhile."
}

variable "openclaw_dir" {
  type        = string
  default     = "/opt/openclaw"
  description = "Folder on the gateways' nodes with node_modules and compile-cache."
}

variable "stub_model_url" {
  type        = string
  default     = "http://127.0.0.1:8083/v1"
  description = "The model of the warm-up turns, as gateways reach it."
}

variable "settings" {
  type        = map(string)
  default     = {}
  description = "More settings of docs/settings.md by their names; none of them is a secret."
}

locals {
  # Which secret files each role reads, by their names in kv/clawdeploy/<role>; the schema's task has
  # kv/clawdeploy/migrate with the database_url alone. Each has identities of its own, so that one
  # that leaks can be taken away alone.
  roles = {
    api = {
      port     = "http"
      memory   = 384
      heap     = 256
      files    = ["database_url", "vault_role_id", "vault_secret_id", "jwks"]
      prestart = ["migrate"]
      lookup   = ["clawdeploy-lookup"]
    }
    controller = {
      port     = "health"
      memory   = 384
      heap     = 256
      files    = ["database_url", "nomad_token", "consul_token", "vault_role_id", "vault_secret_id"]
      prestart = []
      lookup   = []
    }
    worker = {
      port     = "health"
      memory   = 256
      heap     = 160
      files    = ["database_url", "redis_url", "vault_role_id", "vault_secret_id"]
      prestart = []
      lookup   = []
    }
  }

  # The setting that names each of the files.
  settings = {
    database_url    = "CLAWDEPLOY_DATABASE_URL_FILE"
    redis_url       = "CLAWDEPLOY_REDIS_URL_FILE"
    nomad_token     = "CLAWDEPLOY_NOMAD_TOKEN_FILE"
    consul_token    = "CLAWDEPLOY_CONSUL_TOKEN_FILE"
    vault_role_id   = "CLAWDEPLOY_VAULT_ROLE_ID_FILE"
    vault_secret_id = "CLAWDEPLOY_VAULT_SECRET_ID_FILE"
    jwks            = "CLAWDEPLOY_JWKS_FILE"
  }

  entry = "${var.release_dir}/build/dist/src/main.js"

  environment = {
    NODE_ENV                           = "production"
    CLAWDEPLOY_NOMAD_ADDR              = var.nomad_addr
    CLAWDEPLOY_CONSUL_ADDR             = var.consul_addr
    CLAWDEPLOY_VAULT_ADDR              = var.vault_addr
    CLAWDEPLOY_BASE_DOMAIN             = var.base_domain
    CLAWDEPLOY_EDGE_ADDRESS            = var.edge_address
    CLAWDEPLOY_PUBLIC_SCHEME           = var.public_scheme
    CLAWDEPLOY_PUBLIC_EDGE_PORT        = "${var.public_edge_port}"
    CLAWDEPLOY_PUBLIC_API_URL          = var.public_api_url
    CLAWDEPLOY_GATEWAY_BIND            = var.gateway_bind
    CLAWDEPLOY_GATEWAY_TRUSTED_PROXIES = var.trusted_proxies
    CLAWDEPLOY_NODE_POOL               = var.instance_node_pool
    CLAWDEPLOY_DATACENTER              = var.datacenter
    CLAWDEPLOY_POOLS                   = var.pools
    CLAWDEPLOY_DELETE_GRACE_S          = "${var.delete_grace_s}"
    CLAWDEPLOY_OPENCLAW_DIR            = var.openclaw_dir
    CLAWDEPLOY_COMPILE_CACHE_DIR       = "${var.openclaw_dir}/compile-cache"
    CLAWDEPLOY_STUB_MODEL_URL          = var.stub_model_url
  }
}

job "clawdeploy" {
  namespace   = var.namespace
  type        = "service"
  datacenters = [var.datacenter]
  node_pool   = var.node_pool

  # Above gateways: without its control plane a full cluster could not even be emptied.
  priority = 80

  ui {
    description = "ClawDeploy's control plane"
  }

  update {
    max_parallel      = 1
    health_check      = "checks"
    min_healthy_time  = "10s"
    healthy_deadline  = "2m"
    progress_deadline = "5m"
    auto_revert       = true
  }

  dynamic "group" {
    for_each = local.roles
    iterator = role
    labels   = [role.key]

    content {
      count = var.replicas[role.key]

      # Two of a role on one node would end together.
      spread {
        attribute = "${node.unique.id}"
      }

      restart {
        attempts = 5
        interval = "5m"
        delay    = "5s"
        mode     = "delay"
      }

      network {
        port "http" {}
        port "lookup" {}
        port "health" {}
      }

      service {
        name     = "clawdeploy-${role.key}"
        provider = "nomad"
        port     = role.value.port

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

        check {
          name     = "ready"
          type     = "http"
          path     = "/readyz"
          interval = "5s"
          timeout  = "5s"
        }
      }

      # Where the edge asks who is behind a name (CLAWDEPLOY_LOOKUPS of edge/Caddyfile).
      dynamic "service" {
        for_each = role.value.lookup

        content {
          name     = service.value
          provider = "nomad"
          port     = "lookup"
        }
      }

      # The schema first. Any number may try at once: an advisory lock lets one do the work.
      dynamic "task" {
        for_each = role.value.prestart
        labels   = [task.value]

        content {
          driver = "raw_exec"
          user   = var.user

          lifecycle {
            hook = "prestart"
          }

          config {
            command = var.node
            args    = ["--enable-source-maps", local.entry, task.value]
          }

          env {
            CLAWDEPLOY_DATABASE_URL_FILE = "${NOMAD_SECRETS_DIR}/database_url"
          }

          vault {
            role         = var.vault_role
            env          = false
            disable_file = true
          }

          template {
            data        = "{{ with secret \"kv/data/clawdeploy/${task.value}\" }}{{ .Data.data.database_url }}{{ end }}"
            destination = "secrets/database_url"
            perms       = "0600"
            uid         = var.uid
            gid         = var.uid
          }

          resources {
            cpu    = 200
            memory = 256
          }
        }
      }

      # Named after its role, which is what Vault knows it by.
      dynamic "task" {
        for_each = [role.key]
        labels   = [task.value]

        content {
          driver = "raw_exec"
          user   = var.user

          # Answers what it has begun and gives its leases back.
          kill_signal  = "SIGTERM"
          kill_timeout = "30s"

          config {
            command = var.node
            args    = ["--enable-source-maps", "--max-old-space-size=${role.value.heap}", local.entry, role.key]
          }

          env = merge(
            local.environment,
            var.settings,
            { for file in role.value.files : local.settings[file] => "${NOMAD_SECRETS_DIR}/${file}" },
            {
              CLAWDEPLOY_API_HOST      = "${NOMAD_IP_http}"
              CLAWDEPLOY_API_PORT      = "${NOMAD_PORT_http}"
              CLAWDEPLOY_INTERNAL_HOST = "${NOMAD_IP_lookup}"
              CLAWDEPLOY_INTERNAL_PORT = "${NOMAD_PORT_lookup}"
              CLAWDEPLOY_HEALTH_HOST   = "${NOMAD_IP_health}"
              CLAWDEPLOY_HEALTH_PORT   = "${NOMAD_PORT_health}"
            },
          )

          vault {
            role         = var.vault_role
            env          = false
            disable_file = true
          }

          # Tokens are read from their files again with each call; the URL of the database only once.
          dynamic "template" {
            for_each = role.value.files
            iterator = file

            content {
              data        = "{{ with secret \"kv/data/clawdeploy/${role.key}\" }}{{ .Data.data.${file.value} }}{{ end }}"
              destination = "secrets/${file.value}"
              change_mode = file.value == "nomad_token" || file.value == "consul_token" ? "noop" : "restart"
              splay       = "30s"
              perms       = "0600"
              uid         = var.uid
              gid         = var.uid
            }
          }

          resources {
            cpu        = 500
            memory     = role.value.memory
            memory_max = role.value.memory * 2
          }
        }
      }
    }
  }
}
