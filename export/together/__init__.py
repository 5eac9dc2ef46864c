"""Several trained networks asked together, as one network: any rooms, views and sizes, averaged or stacked."""
