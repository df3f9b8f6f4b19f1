# One OpenClaw gateway, with or without an owner, for its whole life.
#
# The control plane renders this file through /v1/jobs/parse, once per instance, and never changes
# the job after that: a claim, a key or a setting reaches the running gateway through the Nomad
# Variable nomad/jobs/<instance_id>, which the templates below watch, and through Vault.

variable "instance_id" {
  type        = string
  description = "oc- and 12 characters of base32; also the first label of the gateway's host name."
}

variable "pool_id" {
  type        = string
  description = "The pool that the instance was made for."
}

variable "size_class" {
  type        = string
  description = "s, m or l; for people who look at the job."
}

variable "openclaw_version" {
  type = string
}

variable "datacenter" {
  type    = string
  default = "dc1"
}

variable "node_pool" {
  type    = string
  default = "default"
}

variable "driver" {
  type        = string
  description = "exec, or raw_exec where Nomad does not run as root."
  default     = "exec"
}

variable "program_dir" {
  type        = string
  description = "Folder whose node_modules holds OpenClaw and its Node, as the task sees it."
  default     = "/opt/openclaw"
}

variable "compile_cache_dir" {
  type        = string
  description = "Node's compile cache, as the task sees it. Read only: it is shared by all tenants."
  default     = "/opt/openclaw-compile-cache"
}

variable "cpu_mhz" {
  type = number
}

variable "memory_mib" {
  type        = number
  description = "What placement reserves."
}

variable "memory_max_mib" {
  type        = number
  description = "What the kernel enforces."
}

variable "disk_mib" {
  type = number
}

variable "heap_mib" {
  type        = number
  description = "V8's old space, well below memory_max."
}

variable "base_domain" {
  type = string
}

variable "edge_port" {
  type        = number
  description = "Port in the URLs that tenants open; their browsers name it as the origin."
}

variable "vault_mount" {
  type    = string
  default = "kv"
}

variable "vault_role" {
  type    = string
  default = "openclaw-instance"
}

variable "api_url" {
  type        = string
  description = "Where operators find the control plane, for the links in Nomad's UI."
}

locals {
  host   = "${var.instance_id}.${var.base_domain}"
  origin = "http://${local.host}:${var.edge_port}"
  # Nomad's exec driver has the user of Debian and most others; the number is for the templates.
  is_exec    = var.driver == "exec"
  nobody_uid = 65534
}

job "openclaw" {
  id          = var.instance_id
  name        = var.instance_id
  type        = "service"
  datacenters = [var.datacenter]
  node_pool   = var.node_pool

  # Set once and never changed: another value here would replace the allocation.
  meta {
    clawdeploy_managed = "true"
    pool_id            = var.pool_id
    size_class         = var.size_class
    openclaw_version   = var.openclaw_version
  }

  ui {
    description = "OpenClaw ${var.openclaw_version}, class ${upper(var.size_class)}, pool ${var.pool_id}"

    link {
      label = "Gateway (its owner's token opens it)"
      url   = "${local.origin}/"
    }

    link {
      label = "Control plane API"
      url   = "${var.api_url}/docs"
    }
  }

  group "gateway" {
    count = 1

    # No deployments: a job is registered once, and its tags never change.
    update {
      max_parallel = 0
    }

    # In place and in the same allocation, so that the tenant's state stays. Bounded, for a gateway
    # that refuses its own state (exit 78) refuses it again.
    restart {
      attempts         = 5
      interval         = "5m"
      delay            = "1s"
      mode             = "delay"
      render_templates = false
    }

    # Another node would start with an empty folder: the control plane decides, not the scheduler.
    reschedule {
      attempts  = 0
      unlimited = false
    }

    # Never two copies of one tenant's gateway: a lost client stops its own before anyone replaces it.
    disconnect {
      lost_after           = "5m"
      stop_on_client_after = "4m"
      replace              = false
    }

    ephemeral_disk {
      size    = var.disk_mib
      sticky  = true
      migrate = true
    }

    network {
      port "http" {}
    }

    dynamic "volume" {
      for_each = local.is_exec ? ["openclaw", "openclaw-compile-cache"] : []
      labels   = [volume.value]

      content {
        type      = "host"
        source    = volume.value
        read_only = true
      }
    }

    service {
      name     = "openclaw"
      port     = "http"
      provider = "consul"

      meta {
        instance_id   = var.instance_id
        allocation_id = "${NOMAD_ALLOC_ID}"
        pool_id       = var.pool_id
      }

      # For Traefik as the edge. The route stands from the start and never changes: the middleware
      # asks the control plane, which lets nobody through before the instance has an owner.
      tags = [
        "traefik.enable=true",
        "traefik.http.routers.${var.instance_id}.rule=Host(`${local.host}`)",
        "traefik.http.routers.${var.instance_id}.entrypoints=web",
        "traefik.http.routers.${var.instance_id}.middlewares=clawdeploy-route@file",
        "traefik.http.routers.${var.instance_id}.service=${var.instance_id}",
        "traefik.http.services.${var.instance_id}.loadbalancer.passhostheader=true",
      ]

      check {
        name     = "startup settled"
        type     = "http"
        path     = "/startupz"
        interval = "2s"
        timeout  = "2s"
      }

      check {
        name     = "alive"
        type     = "http"
        path     = "/healthz"
        interval = "5s"
        timeout  = "2s"
      }
    }

    task "openclaw" {
      driver = var.driver
      user   = local.is_exec ? "nobody" : null

      # A turn that runs is let finish for a while; OpenClaw itself would wait for up to 330 s.
      kill_timeout = "30s"

      config {
        command = "${var.program_dir}/node_modules/.bin/node"
        args    = ["${var.program_dir}/node_modules/openclaw/dist/index.js", "gateway", "run"]
      }

      dynamic "volume_mount" {
        for_each = local.is_exec ? {
          "openclaw"               = var.program_dir
          "openclaw-compile-cache" = var.compile_cache_dir
        } : {}

        content {
          volume      = volume_mount.key
          destination = volume_mount.value
          read_only   = true
        }
      }

      env {
        HOME                         = "${NOMAD_TASK_DIR}"
        OPENCLAW_STATE_DIR           = "${NOMAD_TASK_DIR}/state"
        OPENCLAW_CONFIG_PATH         = "${NOMAD_TASK_DIR}/openclaw.json"
        OPENCLAW_CONFIG_READONLY     = "1"
        OPENCLAW_INCLUDE_ROOTS       = "${NOMAD_TASK_DIR}"
        OPENCLAW_NO_AUTO_UPDATE      = "1"
        OPENCLAW_OFFLINE             = "1"
        OPENCLAW_DISABLE_BONJOUR     = "1"
        OPENCLAW_NO_RESPAWN          = "1"
        OPENCLAW_EXEC_SHELL_SNAPSHOT = "0"
        NODE_COMPILE_CACHE           = var.compile_cache_dir
        NODE_OPTIONS                 = "--max-old-space-size=${var.heap_mib}"
      }

      # The identity is for the templates alone: the task gets neither token nor address.
      vault {
        role         = var.vault_role
        change_mode  = "noop"
        env          = false
        disable_file = true
      }

      # Fixed for life: what OpenClaw would restart for. Everything else comes by the include.
      template {
        destination = "local/openclaw.json"
        change_mode = "noop"
        perms       = "0600"
        uid         = local.is_exec ? local.nobody_uid : null
        gid         = local.is_exec ? local.nobody_uid : null
        data        = <<-TEMPLATE
          {
            "$include": "./tenant.json",
            "gateway": {
              "mode": "local",
              "port": {{ env "NOMAD_PORT_http" }},
              "bind": "loopback",
              "auth": {
                "mode": "token",
                "token": {"source": "file", "provider": "instance", "id": "/gateway/token"}
              },
              "http": {"endpoints": {"chatCompletions": {"enabled": true}, "responses": {"enabled": true}}},
              "trustedProxies": ["127.0.0.1"],
              "controlUi": {"enabled": true, "allowedOrigins": ["${local.origin}"]},
              "terminal": {"enabled": false}
            },
            "secrets": {
              "providers": {
                "instance": {"source": "file", "path": "{{ env "NOMAD_SECRETS_DIR" }}/keys.json", "mode": "json"}
              }
            },
            "plugins": {
              "allow": ["admin-http-rpc", "anthropic", "openai", "openrouter", "google", "telegram"],
              "entries": {"admin-http-rpc": {"enabled": true}}
            },
            "logging": {"level": "info", "consoleLevel": "silent", "file": "{{ env "NOMAD_TASK_DIR" }}/log/openclaw.log"},
            "models": {"catalogRefresh": {"enabled": false}},
            "update": {"checkOnStart": false},
            "browser": {"enabled": false},
            "cron": {"enabled": false},
            "session": {"maintenance": {"mode": "warn"}},
            "commands": {"restart": false},
            "discovery": {"mdns": {"mode": "off"}}
          }
        TEMPLATE
      }

      # Keys first. A file of secrets is not watched: it is read again when the include below
      # changes, so it must be complete by then.
      template {
        destination = "secrets/keys.json"
        change_mode = "noop"
        perms       = "0600"
        uid         = local.is_exec ? local.nobody_uid : null
        gid         = local.is_exec ? local.nobody_uid : null

        wait {
          min = "0s"
          max = "0s"
        }

        data = <<-TEMPLATE
          {{- with nomadVar "nomad/jobs/${var.instance_id}" -}}
          {{- $keyVersion := .key_version.Value -}}
          {{- with secret (printf "${var.vault_mount}/data/instances/${var.instance_id}/gateway?version=%s" .gateway_version.Value) -}}
          {"gateway":{"token":{{ .Data.data.token | toJSON }}},"keys":
          {{- end -}}
          {{- if eq $keyVersion "0" -}}
          {}}
          {{- else -}}
          {{- with secret (printf "${var.vault_mount}/data/instances/${var.instance_id}/keys?version=%s" $keyVersion) -}}
          {{ .Data.data | toJSON }}}
          {{- end -}}
          {{- end -}}
          {{- end -}}
        TEMPLATE
      }

      # Then what the gateway watches. It names the versions that the same secret calls returned, so
      # it cannot be written before the keys of that version are.
      template {
        destination = "local/tenant.json"
        change_mode = "noop"
        perms       = "0600"
        uid         = local.is_exec ? local.nobody_uid : null
        gid         = local.is_exec ? local.nobody_uid : null

        wait {
          min = "0s"
          max = "0s"
        }

        data = <<-TEMPLATE
          {{- with nomadVar "nomad/jobs/${var.instance_id}" -}}
          {{- $announced := . -}}
          {{- $keyVersion := .key_version.Value -}}
          {{- with secret (printf "${var.vault_mount}/data/instances/${var.instance_id}/gateway?version=%s" .gateway_version.Value) -}}
          {{- $gateway := .Data.metadata.version -}}
          {{- if eq $keyVersion "0" -}}
          {{ $announced.config.Value | replaceAll "@live@" (printf "revision=%s; gateway=%v; keys=0" $announced.revision.Value $gateway) }}
          {{- else -}}
          {{- with secret (printf "${var.vault_mount}/data/instances/${var.instance_id}/keys?version=%s" $keyVersion) -}}
          {{ $announced.config.Value | replaceAll "@live@" (printf "revision=%s; gateway=%v; keys=%v" $announced.revision.Value $gateway .Data.metadata.version) }}
          {{- end -}}
          {{- end -}}
          {{- end -}}
          {{- end -}}
        TEMPLATE
      }

      resources {
        cpu        = var.cpu_mhz
        memory     = var.memory_mib
        memory_max = var.memory_max_mib
      }

      logs {
        max_files     = 3
        max_file_size = 5
      }
    }
  }
}
