# An instance's job without a process: Nomad's mock driver only pretends that its task runs, so that
# one machine can hold hundreds. Released builds of Nomad lack that driver.

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
    migrate {
      health_check     = "task_states"
      min_healthy_time = "1s"
      healthy_deadline = "20s"
    }

    ephemeral_disk {
      size = 10
    }

    task "openclaw" {
      driver = "mock_driver"

      config {
        run_for = "24h"
      }

      # Each collected log is a process of its own, which is most of what a pretended task costs.
      logs {
        disabled      = true
        max_files     = 1
        max_file_size = 1
      }

      resources {
        cpu    = 20
        memory = var.memory_mib
      }
    }
  }
}
