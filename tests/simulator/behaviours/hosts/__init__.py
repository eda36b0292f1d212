"""Below the API: machines, their disks and their networks."""
