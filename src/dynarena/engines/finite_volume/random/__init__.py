"""Random functions of position for starts, one kind a file: the same function whatever the grid."""
