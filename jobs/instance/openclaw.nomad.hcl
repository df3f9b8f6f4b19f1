# One OpenClaw gateway: a job for its whole life, with or without an owner.
#
# The control plane renders this file through Nomad's own parser (src/clients/nomad), once per
# instance; `nomad job run -var instance_id=oc-… jobs/instance/openclaw.nomad.hcl` works as well.
# Before it: the gateway token in Vault and the variable nomad/jobs/<id>; templates wait for both.
# A change of what a member boots with raises CONFIG_SCHEMA in src/domain/pool.ts.

variable "instance_id" {
  type        = string
  description = "Id of the instance and of its job: oc- and 12 characters of a-z2-7."
}

variable "pool_id" {
  type        = string
  default     = ""
  description = "Pool that the instance was made for."
}

variable "size_class" {
  type    = string
  default = "s"
}

variable "openclaw_version" {
  type    = string
  default = "2026.9.6"
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
  default     = "exec"
  description = "exec isolates the task (root, Linux); raw_exec isolates nothing, for development."
}

variable "program_dir" {
  type        = string
  default     = "/opt/openclaw"
  description = "Folder with node_modules (OpenClaw and its Node); where the volume is mounted under exec."
}

variable "compile_cache_dir" {
  type        = string
  default     = "/opt/openclaw/compile-cache"
  description = "Node's compiled code; its entries hold for one place relative to program_dir."
}

variable "cpu_mhz" {
  type    = number
  default = 500
}

variable "memory_mib" {
  type        = number
  default     = 1024
  description = "What placement counts."
}

variable "memory_max_mib" {
  type        = number
  default     = 2048
  description = "Where the task is killed."
}

variable "disk_mib" {
  type    = number
  default = 1024
}

variable "heap_mib" {
  type        = number
  default     = 1024
  description = "V8's old space; below memory_max_mib, so that the gateway collects in time."
}

variable "base_domain" {
  type        = string
  default     = "claws.localhost"
  description = "The gateway answers at <instance id>.<base domain>."
}

variable "edge_scheme" {
  type    = string
  default = "http"
}

variable "edge_port" {
  type        = number
  default     = 8088
  description = "Port in the URLs that tenants see; the scheme's usual one is left out of them."
}

variable "bind" {
  type        = string
  default     = "loopback"
  description = "loopback when the edge runs on the same node, else lan (behind a firewall)."
}

variable "trusted_proxies" {
  type        = list(string)
  default     = ["127.0.0.1"]
  description = "Addresses of the edge, whose word on a client's address the gateway takes."
}

variable "vault_role" {
  type    = string
  default = "openclaw-instance"
}

variable "vault_namespace" {
  type        = string
  default     = ""
  description = "Namespace of Vault Enterprise or OpenBao; empty for none."
}

variable "api_url" {
  type        = string
  default     = ""
  description = "Base URL of the control plane's API, for a link in the Nomad UI; empty for none."
}

locals {
  host = "${var.instance_id}.${var.base_domain}"
  port = var.edge_port == (var.edge_scheme == "https" ? 443 : 80) ? "" : ":${var.edge_port}"
  url  = "${var.edge_scheme}://${local.host}${local.port}"

  is_isolated = var.driver == "exec"

  # Secrets are readable by the task's user alone; OpenClaw refuses files that belong to others.
  user = local.is_isolated ? "nobody" : ""
  uid  = local.is_isolated ? 65534 : -1
}

job "openclaw" {
  id          = var.instance_id
  name        = var.instance_id
  type        = "service"
  datacenters = [var.datacenter]
  node_pool   = var.node_pool

  meta {
    # The control plane stops nothing that lacks this mark.
    clawdeploy_managed = "true"
    pool_id            = var.pool_id
    size_class         = var.size_class
    openclaw_version   = var.openclaw_version
  }

  ui {
    description = "OpenClaw ${var.openclaw_version}, size ${var.size_class}, pool ${var.pool_id}"

    link {
      label = "Gateway"
      url   = local.url
    }

    dynamic "link" {
      for_each = var.api_url == "" ? [] : ["${var.api_url}/docs"]

      content {
        label = "API"
        url   = link.value
      }
    }
  }

  # No deployments: the control plane proves each instance itself, and never updates one in place.
  update {
    max_parallel = 0
  }

  group "gateway" {
    count = 1

    network {
      port "http" {}
    }

    # A crash is restarted where it is, with its state: a few times at once, then every ten minutes.
    # A pool member that restarts while it starts is given up by the control plane well before.
    restart {
      attempts = 3
      interval = "10m"
      delay    = "2s"
      mode     = "delay"
    }

    # Never by a new allocation, whose folder would be empty: a tenant would find a stranger's house
    # under their own name. What cannot be started here is for the operator to look at.
    reschedule {
      attempts  = 0
      unlimited = false
    }

    # Two gateways must never own one state: while a node is out of sight nothing replaces its
    # gateways; they go on serving, and are found again.
    disconnect {
      lost_after = "15m"
      replace    = false
      reconcile  = "keep_original"
    }

    ephemeral_disk {
      size    = var.disk_mib
      sticky  = true
      migrate = true
    }

    dynamic "volume" {
      for_each = local.is_isolated ? ["openclaw"] : []
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

      # For Traefik; Caddy asks the control plane instead. The middleware asks it as well, so that
      # a member without an owner answers 404.
      tags = [
        "traefik.enable=true",
        "traefik.http.routers.${var.instance_id}.rule=Host(`${local.host}`)",
        "traefik.http.routers.${var.instance_id}.entrypoints=web",
        "traefik.http.routers.${var.instance_id}.middlewares=clawdeploy-route@file",

        # Without a backend of its own name the router would spread its requests, tokens and all,
        # over every gateway of the shared service name.
        "traefik.http.routers.${var.instance_id}.service=${var.instance_id}",
        "traefik.http.services.${var.instance_id}.loadbalancer.passhostheader=true",
      ]

      check {
        name     = "started"
        type     = "http"
        path     = "/startupz"
        interval = "2s"
        timeout  = "1s"
      }

      check {
        name     = "alive"
        type     = "http"
        path     = "/healthz"
        interval = "2s"
        timeout  = "1s"

        # A minute without an answer is a gateway that hangs, not one that is busy.
        check_restart {
          limit = 30
          grace = "180s"
        }
      }
    }

    task "openclaw" {
      driver = var.driver
      user   = local.user

      # A turn that runs may end first: OpenClaw drains for 315 s and takes 15 s more at most.
      kill_signal  = "SIGTERM"
      kill_timeout = "335s"

      vault {
        role         = var.vault_role
        namespace    = var.vault_namespace
        change_mode  = "noop"
        env          = false
        disable_file = true
      }

      # OpenClaw prints agents' answers to its standard output. They are the tenant's: nothing of
      # them goes into logs that the operator reads. Failures are on standard error. HOME is set
      # here because the exec driver sets it to that of the user, who has none. A core dump would put
      # keys on a disk.
      config {
        command = "/bin/sh"
        args = [
          "-c", "ulimit -c 0; HOME=\"$NOMAD_TASK_DIR\" exec \"$@\" >/dev/null", "openclaw",
          "${var.program_dir}/node_modules/.bin/node",
          "${var.program_dir}/node_modules/openclaw/dist/index.js",
          "gateway", "run",
        ]
      }

      dynamic "volume_mount" {
        for_each = local.is_isolated ? ["openclaw"] : []

        content {
          volume      = volume_mount.value
          destination = var.program_dir
          read_only   = true
        }
      }

      env {
        PATH                         = "/usr/local/bin:/usr/bin:/bin"
        OPENCLAW_STATE_DIR           = "${NOMAD_TASK_DIR}/state"
        OPENCLAW_CONFIG_PATH         = "${NOMAD_TASK_DIR}/openclaw.json"
        OPENCLAW_CONFIG_READONLY     = "1"
        OPENCLAW_NO_AUTO_UPDATE      = "1"
        OPENCLAW_NO_RESPAWN          = "1"
        OPENCLAW_OFFLINE             = "1"
        OPENCLAW_DISABLE_BONJOUR     = "1"
        OPENCLAW_EXEC_SHELL_SNAPSHOT = "0"
        NODE_COMPILE_CACHE           = var.compile_cache_dir
        NODE_COMPILE_CACHE_PORTABLE  = "1"
        NODE_OPTIONS                 = "--max-old-space-size=${var.heap_mib}"
      }

      # What a restart would be needed for, and what no tenant may change. Members of an object win
      # over what it includes, so the tenant's part cannot override any of this.
      template {
        data        = <<-EOT
          {
            $include: "./tenant.json",
            gateway: {
              mode: "local",
              port: {{ env "NOMAD_PORT_http" }},
              bind: "${var.bind}",
              auth: {
                mode: "token",
                token: { source: "file", provider: "instance", id: "/gateway/token" },
              },
              trustedProxies: ${jsonencode(var.trusted_proxies)},
              http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } },
              controlUi: { enabled: true, allowedOrigins: ["${local.url}"] },
              terminal: { enabled: false },
            },
            secrets: {
              providers: {
                instance: { source: "file", mode: "json", path: "{{ env "NOMAD_SECRETS_DIR" }}/keys.json" },
              },
            },
            plugins: {
              allow: ["admin-http-rpc", "anthropic", "browsers", "google", "memory-core", "openai", "openrouter", "telegram"],
              load: { paths: ["{{ env "NOMAD_TASK_DIR" }}/browsers"] },
              // A gateway that restarts with an OpenAI key would install codex by npm, or not start.
              entries: { "admin-http-rpc": { enabled: true }, codex: { enabled: false } },
            },
            // Trimming sessions after each turn costs it a second of CPU in this version.
            session: { maintenance: { mode: "warn" } },
            logging: {
              level: "info",
              consoleLevel: "error",
              file: "{{ env "NOMAD_TASK_DIR" }}/log/openclaw.log",
              maxFileBytes: 5000000,
            },
            models: { catalogRefresh: { enabled: false } },
            browser: { enabled: false },
            commands: { restart: false },
            cron: { enabled: false },
            discovery: { mdns: { mode: "off" } },
            update: { checkOnStart: false },
          }
        EOT
        destination = "local/openclaw.json"
        change_mode = "noop"
        perms       = "0600"
        uid         = local.uid
        gid         = local.uid
      }

      # OpenClaw wants each new browser approved at its host, even one that came with the token. Here
      # nobody sits at the host, and who has the token may do everything anyway, so this plugin
      # approves the first pairing of the gateway's own page (docs/decisions/0016).
      template {
        data        = <<-EOT
          import { approveDevicePairing, listDevicePairing } from 'openclaw/plugin-sdk/device-bootstrap';

          // The page tries again after 0.8 s and 2.2 s; a look costs 4 ms of CPU.
          const LOOK_EVERY_MS = 1000;

          export default {
            id: 'browsers',
            name: 'Browsers',
            description: 'Lets browsers in that came with the gateway token.',
            register(api) {
              let timer;
              const look = async () => {
                const { pending, paired } = await listDevicePairing();
                const known = new Set(paired.map(({ deviceId }) => deviceId));
                for (const { requestId, deviceId, clientId, role, scopes } of pending) {
                  const isPage = clientId === 'openclaw-control-ui' && role === 'operator';
                  if (!isPage || known.has(deviceId)) continue;
                  const approval = await approveDevicePairing(requestId, { callerScopes: scopes });
                  const outcome = approval === null ? 'gone' : approval.status;
                  api.logger.info('browsers: ' + deviceId.slice(0, 12) + ' is ' + outcome);
                }
              };
              const next = () => {
                timer = setTimeout(() => {
                  look()
                    .catch((error) => api.logger.warn('browsers: ' + String(error)))
                    .finally(() => timer !== null && next());
                }, LOOK_EVERY_MS);
              };
              api.registerService({
                id: 'browsers',
                start: next,
                stop: () => {
                  clearTimeout(timer);
                  timer = null;
                },
              });
            },
          };
        EOT
        destination = "local/browsers/index.mjs"
        change_mode = "noop"
        perms       = "0600"
        uid         = local.uid
        gid         = local.uid
      }

      template {
        data        = <<-EOT
          {
            "id": "browsers",
            "activation": { "onStartup": true },
            "configSchema": { "type": "object", "additionalProperties": false }
          }
        EOT
        destination = "local/browsers/openclaw.plugin.json"
        change_mode = "noop"
        perms       = "0600"
        uid         = local.uid
        gid         = local.uid
      }

      # The secrets, at the versions that the variable names. Naming the version in the path makes a
      # new version a new thing to read, which is done at once instead of minutes later.
      template {
        data        = <<-EOT
          {{- with nomadVar "nomad/jobs/${var.instance_id}" -}}
          {"gateway":{{ with secret (printf "kv/data/instances/${var.instance_id}/gateway?version=%s" .gateway_version) }}{{ .Data.data | toJSON }}{{ end }},
          {{- if eq .key_version.Value "0" }}"keys":{}{{ else }}"keys":{{ with secret (printf "kv/data/instances/${var.instance_id}/keys?version=%s" .key_version) }}{{ .Data.data | toJSON }}{{ end }}{{ end -}}
          }
          {{- end -}}
        EOT
        destination = "secrets/keys.json"
        change_mode = "noop"
        perms       = "0600"
        uid         = local.uid
        gid         = local.uid

        wait {
          min = "0s"
          max = "0s"
        }
      }

      # The hot part, and the trigger: OpenClaw watches this file and reads the secrets again when
      # it changes. So it must never be there before them: it asks Vault for the same versions, and
      # says which it was given. Without that a slow Vault would leave the old keys in use for good.
      template {
        data        = <<-EOT
          {{- with nomadVar "nomad/jobs/${var.instance_id}" -}}
          {{- $var := . -}}
          {{- with secret (printf "kv/data/instances/${var.instance_id}/gateway?version=%s" .gateway_version) -}}
          {{- $live := printf "revision=%s; token=%v" $var.revision .Data.metadata.version -}}
          {{- if eq $var.key_version.Value "0" -}}
          {{ $var.config.Value | replaceAll "@live@" (printf "%s; keys=0" $live) }}
          {{- else -}}
          {{- with secret (printf "kv/data/instances/${var.instance_id}/keys?version=%s" $var.key_version) -}}
          {{ $var.config.Value | replaceAll "@live@" (printf "%s; keys=%v" $live .Data.metadata.version) }}
          {{- end -}}{{- end -}}{{- end -}}{{- end -}}
        EOT
        destination = "local/tenant.json"
        change_mode = "noop"
        perms       = "0600"
        uid         = local.uid
        gid         = local.uid

        wait {
          min = "0s"
          max = "0s"
        }
      }

      resources {
        cpu        = var.cpu_mhz
        memory     = var.memory_mib
        memory_max = var.memory_max_mib
      }

      logs {
        max_files     = 2
        max_file_size = 2
      }
    }
  }
}
