"""The same diagrams and stories on the newest engine that is published as a package: that of Camunda's own test kit."""
