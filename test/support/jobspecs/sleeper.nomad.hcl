# An instance's job without a gateway: what the contract suite of the scheduler starts, because the
# real one needs OpenClaw. It keeps what the scheduler relies on: the id, the mark, the names of
# variables, one group, one task.

variable "instance_id" {
  type = string
}

variable "memory_mib" {
  type = number
}

# Whether its task goes on when it is asked to end, as a gateway does that serves somebody.
variable "is_stubborn" {
  type    = bool
  default = false
}

job "openclaw" {
  id   = var.instance_id
  name = var.instance_id
  type = "service"

  meta {
    clawdeploy_managed = "true"
  }

  update {
    max_parallel = 0
  }

  group "gateway" {
    restart {
      attempts = 3
      delay    = "1s"
      mode     = "fail"
    }

    task "openclaw" {
      driver = "raw_exec"

      config {
        command = "/bin/sh"
        args    = ["-c", var.is_stubborn ? "trap '' TERM; while :; do sleep 1; done" : "exec sleep 3600"]
      }

      kill_signal  = "SIGTERM"
      kill_timeout = "30s"

      resources {
        cpu    = 20
        memory = var.memory_mib
      }
    }
  }
}
