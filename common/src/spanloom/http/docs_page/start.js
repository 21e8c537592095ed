// Draws the document of this service, or of all behind the gateway; a session's cookie goes along.
SwaggerUIBundle({ url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
