# The model that members of a pool warm up against, one per node, on the loopback interface, so that
# no member needs a network for it.

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
  type    = string
  default = "nobody"
}

variable "datacenter" {
  type    = string
  default = "dc1"
}

variable "node_pool" {
  type        = string
  default     = "default"
  description = "Nodes of the gateways."
}

variable "port" {
  type        = number
  default     = 8083
  description = "The same on each node: it stands in the configuration of members."
}

job "clawdeploy-stub-model" {
  type        = "system"
  datacenters = [var.datacenter]
  node_pool   = var.node_pool
  priority    = 80

  group "stub-model" {
    network {
      port "http" {
        static = var.port
      }
    }

    restart {
      attempts = 10
      interval = "10m"
      delay    = "2s"
      mode     = "delay"
    }

    task "stub-model" {
      driver = "raw_exec"
      user   = var.user

      config {
        command = var.node
        args    = ["--enable-source-maps", "${var.release_dir}/build/dist/src/main.js", "stub-model"]
      }

      env {
        NODE_ENV                   = "production"
        CLAWDEPLOY_STUB_MODEL_HOST = "127.0.0.1"
        CLAWDEPLOY_STUB_MODEL_PORT = "${var.port}"
      }

      resources {
        cpu        = 100
        memory     = 96
        memory_max = 256
      }
    }
  }
}
