# An instance's job without a gateway: what the contract suite of the scheduler starts, because the
# real one needs OpenClaw. It keeps what the scheduler relies on: the id, the mark, the names of
# variables, one group, one task.

variable "instance_id" {
  type = string
}

variable "memory_mib" {
  type = number
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
        command = "/bin/sleep"
        args    = ["3600"]
      }

      resources {
        cpu    = 20
        memory = var.memory_mib
      }
    }
  }
}
