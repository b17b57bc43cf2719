"""The verifier of Hiểu Docker: page -> examples -> throwaway Docker host -> evidence."""
